//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension StandardActiveSessionsPage {
    /// The content of the style element.
    static let style = """

        :root {
          color-scheme: light dark;
          --page: #f6f6f4; --card: #ffffff; --ink: #1b1c1e; --soft: #56595e; --line: #dcddd9; --edge: #8b8f96;
          --accent: #1f5fbf; --good: #14603a; --good-soft: #e5f3ea;
          --danger: #a8182b; --danger-soft: #fdebed;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #131416; --card: #1d1f22; --ink: #eceded; --soft: #a9adb4; --line: #34373c; --edge: #7b8088;
            --accent: #8ab6ff; --good: #86d8a9; --good-soft: #152a1e;
            --danger: #ff97a3; --danger-soft: #381a1e;
          }
        }
        *, *::before, *::after { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body {
          margin: 0; background: var(--page); color: var(--ink);
          font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
        }
        header, main { max-width: 46rem; margin-inline: auto; padding-inline: 1.25rem; }
        header { padding-top: 1rem; }
        main { padding-block: 1.25rem 3rem; }
        h1, h2, h3 { line-height: 1.25; margin: 0; text-wrap: balance; }
        h1 { font-size: clamp(1.6rem, 1.3rem + 1.5vw, 2.1rem); letter-spacing: -0.015em; }
        h2 { margin: 2rem 0 0.75rem; font-size: 1.15rem; }
        h3 { font-size: 1.05rem; overflow-wrap: anywhere; }
        p { margin: 0; }
        .lead { margin-top: 0.5rem; max-width: 36rem; color: var(--soft); }
        a { color: var(--accent); text-underline-offset: 0.2em; }
        header a { display: inline-block; padding-block: 0.6rem; text-decoration: none; }
        header a:hover { text-decoration: underline; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 0.4rem; }
        .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .skip { position: absolute; left: 1rem; top: -5rem; padding: 0.6rem 1rem; background: var(--card); }
        .skip:focus { top: 0.5rem; }
        .message { margin-top: 1.25rem; padding: 0.75rem 1rem; border-radius: 0.6rem; font-weight: 600; overflow-wrap: anywhere; }
        .calm { background: var(--good-soft); color: var(--good); }
        .urgent { background: var(--danger-soft); color: var(--danger); }
        .sessions { display: grid; gap: 0.75rem; list-style: none; margin: 0; padding: 0; }
        .card {
          display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 1rem;
          padding: 1.1rem 1.25rem; border: 1px solid var(--line); border-radius: 0.9rem; background: var(--card);
        }
        .card[aria-current] { border-color: var(--accent); box-shadow: inset 0.25rem 0 0 var(--accent); }
        .facts { flex: 1 1 20rem; min-width: 0; }
        .detail { color: var(--soft); overflow-wrap: anywhere; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1.25rem; margin: 0.5rem 0 0; }
        dl > div { display: contents; }
        dt { color: var(--soft); }
        dd { margin: 0; overflow-wrap: anywhere; }
        time { font-variant-numeric: tabular-nums; }
        button {
          min-height: 2.75rem; padding: 0.6rem 1.1rem; border: 1px solid var(--danger); border-radius: 0.6rem;
          background: var(--card); color: var(--danger); font: inherit; font-weight: 600; cursor: pointer;
        }
        button:hover { background: var(--danger-soft); }
        section > form { margin-top: 1rem; }
        .pages { display: flex; gap: 1.25rem; margin-top: 0.5rem; }
        .pages a { padding-block: 0.6rem; }
        section > p { color: var(--soft); max-width: 36rem; }
        @media (max-width: 34rem) {
          header, main { padding-inline: 1rem; }
          .card { padding: 1rem; }
          dl { column-gap: 0.75rem; font-size: 0.95rem; }
          form, button { width: 100%; }
        }

        """
}
