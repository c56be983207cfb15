// An identity provider by other people (oidc-provider, certified), as a city might run one.
// Arguments: redirect URI, client secret. Prints {"issuer"} and then serves. GET /_mode/NAME makes the next ID tokens bad.
import http from 'node:http'
import Provider from 'oidc-provider'
import * as jose from 'jose'

const [redirect, secret] = process.argv.slice(2)
const people = {
  lin: { preferred_username: 'lin.yue', name: '林越', dept: 'GA', groups: ['grp-clerk', 'grp-boss', 'unknown'], email: 'officer@example.org', email_verified: true },
  mei: { preferred_username: 'mei.he', name: '何梅', dept: 'XX', groups: [] },
}
const ours = await jose.generateKeyPair('RS256', { extractable: true })
const foreign = await jose.generateKeyPair('RS256', { extractable: true })
const jwk = { ...(await jose.exportJWK(ours.privateKey)), kid: 'ours', use: 'sig', alg: 'RS256' }
let mode = ''

const changes = {
  nonce: (c) => ({ ...c, nonce: 'another' }),
  audience: (c) => ({ ...c, aud: 'another-client' }),
  issuer: (c) => ({ ...c, iss: 'http://127.0.0.1:1' }),
  expired: (c) => ({ ...c, iat: c.iat - 7200, exp: c.iat - 3600 }),
  subject: (c) => ({ ...c, sub: 'mei' }),
}

async function tamper(token) {
  const claims = jose.decodeJwt(token)
  if (mode === 'none') return new jose.UnsecuredJWT(claims).encode()
  if (mode === 'foreign') return new jose.SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'ours' }).sign(foreign.privateKey)
  if (mode === 'hmac') return new jose.SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'ours' }).sign(new TextEncoder().encode(secret.padEnd(32, '0')))
  return new jose.SignJWT(changes[mode](claims)).setProtectedHeader({ alg: 'RS256', kid: 'ours' }).sign(ours.privateKey)
}

const server = http.createServer()
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'lingqu', client_secret: secret, redirect_uris: [redirect] }],
    jwks: { keys: [jwk] },
    cookies: { keys: ['test'] },
    claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'dept', 'groups', 'email', 'email_verified'] },
    pkce: { required: () => true },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  })
  provider.use(async (ctx, next) => {
    if (ctx.path.startsWith('/_mode/')) {
      mode = ctx.path.slice(7)
      ctx.body = 'ok'
      return
    }
    await next()
    if (mode && ctx.path === '/token' && ctx.body?.id_token) ctx.body = { ...ctx.body, id_token: await tamper(ctx.body.id_token) }
    if (mode === 'discovery' && ctx.path.startsWith('/.well-known/')) ctx.body = { ...ctx.body, issuer: 'http://127.0.0.1:1' }
  })
  server.on('request', provider.callback())
  console.log(JSON.stringify({ issuer }))
})
