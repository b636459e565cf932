// The routes of BenchServer on Express, with client-sessions (a sealed cookie) or without sessions:
// node express.js bare|sealed PORT.
'use strict'

const [backend, port] = process.argv.slice(2)
const app = require('express')()
if (backend === 'sealed') {
  const secret = require('crypto').randomBytes(32).toString('hex')
  app.use(require('client-sessions')({ cookieName: 'session', secret, duration: 1200000, activeDuration: 120000 }))
  app.get('/new', (request, response) => {
    Object.assign(request.session, { views: 7, theme: 'dark', language: 'en-GB', cart: [1021, 88, 4711], isBeta: true })
    response.send('1')
  })
  app.get('/read', (request, response) => response.send(String(request.session.views)))
  app.get('/counter', (request, response) => response.send(String(++request.session.views)))
} else {
  for (const path of ['/read', '/counter']) app.get(path, (request, response) => response.send('0'))
}
app.listen(Number(port), '127.0.0.1')
