/** Who is asking: the one administrator, by password or by the cookie a password was given for. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { unauthorized } from './errors.mjs';
import { parseJson, readBody } from './http.mjs';

const COOKIE_SECONDS = 600;

export class Sessions {
  #user;
  #password;
  #secret;

  /**
   * @param {string} user
   * @param {string} password
   * @param {string} secret what cookies are signed with; kept over restarts
   */
  constructor(user, password, secret) {
    this.#user = user;
    this.#password = password;
    // A cookie dies with the password it was given for.
    this.#secret = `${secret}:${password}`;
  }

  /** How the request proves to come from the administrator, or null. @returns {'default' | 'cookie' | null} */
  proof(request, now) {
    const basic = /^Basic +(\S+)$/i.exec(request.headers.authorization ?? '');
    if (basic) {
      const given = Buffer.from(basic[1], 'base64').toString();
      return same(given, `${this.#user}:${this.#password}`) ? 'default' : null;
    }
    const cookie = /(?:^|;\s*)AuthSession="?([\w-]+)\.(\d+)"?/.exec(request.headers.cookie ?? '');
    return cookie && Number(cookie[2]) > now && same(cookie[1], this.#signature(cookie[2])) ? 'cookie' : null;
  }

  /** GET /_session */
  describe(request, now) {
    const authenticated = this.proof(request, now);
    const userCtx = authenticated ? { name: this.#user, roles: ['_admin'] } : { name: null, roles: [] };
    return { json: { ok: true, userCtx, info: { authentication_handlers: ['cookie', 'default'], ...(authenticated && { authenticated }) } } };
  }

  /** POST /_session with a form or JSON of name and password */
  async signIn(request, now) {
    const body = await readBody(request);
    const isJson = /json/.test(request.headers['content-type'] ?? '');
    const { name, password } = (isJson ? parseJson(body) : Object.fromEntries(new URLSearchParams(body.toString()))) ?? {};
    if (!same(`${name}:${password}`, `${this.#user}:${this.#password}`)) throw unauthorized('Name or password is incorrect.');
    const expires = String(now + COOKIE_SECONDS * 1000);
    return {
      headers: { 'Set-Cookie': `AuthSession=${this.#signature(expires)}.${expires}; Version=1; Path=/; HttpOnly; Max-Age=${COOKIE_SECONDS}` },
      json: { ok: true, name: this.#user, roles: ['_admin'] },
    };
  }

  /** DELETE /_session */
  signOut() {
    return { headers: { 'Set-Cookie': 'AuthSession=; Version=1; Path=/; HttpOnly; Max-Age=0' }, json: { ok: true } };
  }

  #signature(expires) {
    return createHmac('sha256', this.#secret).update(`${this.#user}:${expires}`).digest('base64url');
  }
}

function same(given, expected) {
  const digest = (text) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
