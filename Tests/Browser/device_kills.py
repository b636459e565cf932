"""Kills the server while devices refresh their sessions, in the store of --store. Afterwards the old or the new secret opens
each session, never neither. Each "ok" is a passed check. The first failure exits."""

import http.client
import sys
import threading
import time

from checks import expect, heading, ok, require, run_checks
from device_client import Device, Key
from showcase import Showcase

LIFETIME = 16
# Refreshes within a quarter of the lifetime get the same secret.
PAUSE = LIFETIME / 4 + 0.2
DEVICES = 8
DELAYS = (0.001, 0.003, 0.006, 0.01, 0.02, 0.04)


def main():
    program, folder, name, store = sys.argv[1:]
    showcase = Showcase(
        program, f"{folder}/kills-{name}.log", "--store", store,
        "--certificate", f"{folder}/server.pem", "--private-key", f"{folder}/server.key",
        "--device-binding", "offered", "--bound-cookie-lifetime", f"{LIFETIME}s",
    )
    heading(f"kill -9 during refreshes, with sessions in {name}")
    with showcase:
        devices = [Device(showcase, f"{folder}/authority.pem", Key(f"{folder}/{name}-{n}.pem")) for n in range(DEVICES)]
        answered = sum(kill_during_refreshes(showcase, devices, delay) for delay in DELAYS)
        total = DEVICES * len(DELAYS)
        require(answered < total, "no refresh was interrupted")
        ok(f"{total} refreshes, {total - answered} of them without a response: the old or the new secret works")

        for device in devices:
            fields = device.prepare_refresh()
            # As after the lifetime of the cookie.
            former, device.cookie = device.cookie, "none=1"
            expect("the status of a refresh without the cookie", device.refresh(fields).status, 200)
            require(device.cookie not in ("none=1", former), "a refresh without the cookie gives no new one")
            device.expect_logged_in("a device after the kills")
        ok("every device refreshes afterwards, without its cookie too")


def kill_during_refreshes(showcase, devices, delay):
    """Kills the server a while after all devices have sent their refreshes, and checks their sessions.

    Returns how many got a response."""
    time.sleep(PAUSE)
    responses = {}

    def refresh(device, fields, connection):
        former = device.cookie
        try:
            response = device.refresh(fields, connection)
        except (OSError, http.client.HTTPException):
            device.cookie = former
            return
        responses[device] = (response.status, former)

    threads = []
    for device in devices:
        arguments = (device, device.prepare_refresh(), device.connect())
        threads.append(threading.Thread(target=refresh, args=arguments))
    for thread in threads:
        thread.start()
    time.sleep(delay)
    showcase.kill()
    for thread in threads:
        thread.join()
    showcase.start()
    for device in devices:
        device.expect_logged_in(f"after a kill {delay} s into the refreshes, with {responses.get(device)}")
        if device in responses:
            status, former = responses[device]
            expect("the status of a refresh", status, 200)
            require(device.cookie != former, "a refresh gave no new cookie")
    # The next round begins with a cookie that is as old for all.
    time.sleep(PAUSE)
    for device in devices:
        expect("the status of a refresh", device.refresh(device.prepare_refresh()).status, 200)
    return len(responses)


if __name__ == "__main__":
    run_checks(main)
