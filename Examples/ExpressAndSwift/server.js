// The half of the site that is still Express: PORT=3000 REDIS_URL=redis://localhost SECRETS=newest,older node server.js
//
// With the packages of npm, express-session and connect-redis (8 or later) are required without "./", and nothing else
// changes.

const express = require("express");
const { createClient } = require("redis");
const session = require("./express-session");
const { RedisStore } = require("./connect-redis");

const client = createClient({ url: process.env.REDIS_URL });
const app = express();

app.use(
  session({
    store: new RedisStore({ client }),
    secret: process.env.SECRETS.split(","),
    resave: false,
    saveUninitialized: false,
    // Without ROLLING and MAX_AGE as it was: a cookie that ends with the browser.
    rolling: process.env.ROLLING === "true",
    cookie: { maxAge: Number(process.env.MAX_AGE) || undefined },
  })
);

const describe = (req) => ({ server: "Express", user: req.session?.userId ?? null, views: req.session?.views ?? 0 });

app.get("/node/me", (req, res) => res.json(describe(req)));

app.post("/node/count", (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1;
  res.json(describe(req));
});

app.post("/node/login", (req, res, next) => {
  const views = req.session.views;
  req.session.regenerate((error) => {
    if (error) return next(error);
    req.session.views = views;
    req.session.userId = req.query.user;
    res.json(describe(req));
  });
});

app.post("/node/regenerate", (req, res, next) => {
  req.session.regenerate((error) => {
    if (error) return next(error);
    req.session.views = 0;
    res.json(describe(req));
  });
});

app.post("/node/logout", (req, res, next) => {
  req.session.destroy((error) => (error ? next(error) : res.json(describe(req))));
});

client.connect().then(() => {
  const server = app.listen(Number(process.env.PORT), "127.0.0.1", () => {
    console.log(`Express listens on http://127.0.0.1:${server.address().port}`);
  });
});
