// HTTP Basic authentication (RFC 7617).
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Credentials } from './web-parts.ts';

/** Lets a request pass only with these credentials; anything else is answered with 401. */
export function basicAuth(credentials: Credentials): RequestHandler {
  const expected = digest(`${credentials.user}:${credentials.password}`);
  return (request, response, next) => {
    const match = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(request.headers.authorization ?? '');
    const given = digest(Buffer.from(match?.[1] ?? '', 'base64').toString('utf8'));
    // Digests have one length, so that the comparison takes the same time for every password.
    if (timingSafeEqual(given, expected)) {
      next();
      return;
    }
    response
      .status(401)
      .set('WWW-Authenticate', 'Basic realm="CineMyoPS node", charset="UTF-8"')
      .json({ error: 'expected the user and password of this node; see the user guide' });
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
