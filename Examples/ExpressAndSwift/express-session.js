// A small stand-in for the package express-session, written from its documentation: what the example uses of it, and
// no more. An application uses the real one, which has the same interface:
//
//     npm install express-session
//     const session = require("express-session");

const crypto = require("crypto");
const cookies = require("cookie");
const signature = require("cookie-signature");

class Cookie {
  constructor(options) {
    Object.assign(this, { path: "/", httpOnly: true, originalMaxAge: null, expires: null }, options);
    if (typeof this.expires === "string") this.expires = new Date(this.expires);
  }

  set maxAge(milliseconds) {
    this.expires = typeof milliseconds === "number" ? new Date(Date.now() + milliseconds) : null;
    this.originalMaxAge = typeof milliseconds === "number" ? milliseconds : null;
  }

  get maxAge() {
    return this.expires instanceof Date ? this.expires.valueOf() - Date.now() : this.originalMaxAge;
  }
}

class Session {
  constructor(req, data) {
    Object.defineProperties(this, { req: { value: req }, id: { value: req.sessionID } });
    for (const name in data) if (!(name in this)) this[name] = data[name];
  }

  touch() {
    this.cookie.maxAge = this.cookie.originalMaxAge;
    return this;
  }

  save(done = () => {}) {
    this.req.sessionStore.set(this.id, this, (error) => {
      this.req.sessionIsSaved = !error;
      done(error);
    });
    return this;
  }

  destroy(done = () => {}) {
    delete this.req.session;
    this.req.sessionStore.destroy(this.id, done);
    return this;
  }

  regenerate(done) {
    this.req.sessionStore.destroy(this.id, (error) => {
      this.req.generateSession();
      done(error);
    });
    return this;
  }
}

// All of it but the cookie.
const hash = ({ cookie, ...values }) => JSON.stringify(values);

module.exports = function session({ name = "connect.sid", secret, store, cookie = {}, rolling = false }) {
  const secrets = Array.isArray(secret) ? secret : [secret];

  // The id in the cookie, if one of the secrets signed it.
  function readID(req) {
    const value = cookies.parse(req.headers.cookie || "")[name];
    if (!value || !value.startsWith("s:")) return undefined;
    for (const secret of secrets) {
      const id = signature.unsign(value.slice(2), secret);
      if (id !== false) return id;
    }
    return undefined;
  }

  // With resave and saveUninitialized false.
  return function (req, res, next) {
    req.sessionStore = store;
    const cookieID = readID(req);
    let before;

    req.generateSession = () => {
      req.sessionID = crypto.randomBytes(24).toString("base64url");
      req.session = new Session(req, {});
      req.session.cookie = new Cookie();
      if (cookie.maxAge) req.session.cookie.maxAge = cookie.maxAge;
      before = hash(req.session);
      req.sessionIsSaved = false;
    };

    const { end, writeHead } = res;
    res.writeHead = function (...head) {
      const isChanged = req.session && (req.sessionIsSaved || hash(req.session) !== before);
      const isNew = req.sessionID !== cookieID;
      if (req.session && (isNew ? isChanged : rolling || (isChanged && req.session.cookie.expires))) {
        // The end that the client is told is that of this use.
        req.session.touch();
        const value = "s:" + signature.sign(req.sessionID, secrets[0]);
        const { path, httpOnly, expires, domain, secure, sameSite } = req.session.cookie;
        const attributes = { path, httpOnly, expires: expires || undefined, domain, secure, sameSite };
        res.appendHeader("Set-Cookie", cookies.serialize(name, value, attributes));
      }
      return writeHead.apply(res, head);
    };
    res.end = function (...body) {
      const finish = (error) => (error ? next(error) : end.apply(res, body));
      if (!req.session) return finish();
      req.session.touch();
      if (hash(req.session) !== before && !req.sessionIsSaved) return req.session.save(finish);
      if (req.sessionID === cookieID) return store.touch(req.sessionID, req.session, finish);
      finish();
    };

    if (!cookieID) {
      req.generateSession();
      return next();
    }
    store.get(cookieID, (error, data) => {
      if (error) return next(error);
      if (!data) {
        req.generateSession();
        return next();
      }
      req.sessionID = cookieID;
      const { cookie: stored, ...values } = data;
      req.session = new Session(req, { ...values, cookie: new Cookie(stored) });
      before = hash(req.session);
      next();
    });
  };
};
