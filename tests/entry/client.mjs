// A relying party by other people (openid-client, certified). Arguments: issuer, client id, secret, redirect URI, scope.
// Prints the address to authorise at; reads the address that came back; prints what it learnt. {"error"} where it refuses.
import readline from 'node:readline'
import * as client from 'openid-client'

const [issuer, id, secret, redirect, scope, trick] = process.argv.slice(2)
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = (what) => console.log(JSON.stringify(what))

const auth = secret ? client.ClientSecretBasic(secret) : client.None()
const config = await client.discovery(new URL(issuer), id, undefined, auth, { execute: [client.allowInsecureRequests] })
client.enableNonRepudiationChecks(config)

if (scope === 'machine') {
  const tokens = await client.clientCredentialsGrant(config, { scope: 'lingqu.read' })
  say({ tokens })
  await lines.next()
  await client.tokenRevocation(config, tokens.access_token)
  say({ revoked: true })
  process.exit(0)
}

const verifier = client.randomPKCECodeVerifier()
const challenge = await client.calculatePKCECodeChallenge(verifier)
const state = client.randomState()
const nonce = client.randomNonce()
say({ url: client.buildAuthorizationUrl(config, { redirect_uri: redirect, scope, state, nonce, code_challenge: challenge, code_challenge_method: 'S256' }).href })
const back = new URL((await lines.next()).value)
try {
  const tokens = await client.authorizationCodeGrant(config, back, {
    pkceCodeVerifier: trick === 'verifier' ? client.randomPKCECodeVerifier() : verifier,
    expectedState: trick === 'state' ? client.randomState() : state,
    expectedNonce: trick === 'nonce' ? client.randomNonce() : nonce,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
  const again = await client.refreshTokenGrant(config, tokens.refresh_token)
  let reused = 'accepted'
  try {
    await client.refreshTokenGrant(config, tokens.refresh_token)
  } catch (error) {
    reused = error.error
  }
  say({ claims, userinfo, access: again.access_token, reused, scope: tokens.scope })
} catch (error) {
  say({ error: error.error ?? error.code ?? String(error) })
}
process.exit(0)
