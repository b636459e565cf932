// A small stand-in for the package connect-redis, written from its documentation: what the example uses of it, and no
// more. An application uses the real one, which has the same interface:
//
//     npm install connect-redis@8 redis
//     const { RedisStore } = require("connect-redis");

class RedisStore {
  constructor({ client, prefix = "sess:", ttl = 86400 }) {
    Object.assign(this, { client, prefix, ttl });
  }

  lifeOf(session) {
    if (!session.cookie || !session.cookie.expires) return this.ttl;
    return Math.ceil((Number(new Date(session.cookie.expires)) - Date.now()) / 1000);
  }

  get(id, done) {
    this.client.get(this.prefix + id).then((text) => done(null, text ? JSON.parse(text) : null), done);
  }

  set(id, session, done) {
    const life = this.lifeOf(session);
    if (life <= 0) return this.destroy(id, done);
    this.client.set(this.prefix + id, JSON.stringify(session), { EX: life }).then(() => done(null), done);
  }

  touch(id, session, done) {
    this.client.expire(this.prefix + id, this.lifeOf(session)).then(() => done(null), done);
  }

  destroy(id, done) {
    this.client.del(this.prefix + id).then(() => done(null), done);
  }
}

module.exports = { RedisStore };
