/** Who may scrape. Compared in a time that does not tell how much of it was right. */
export interface ScrapeAuth {
  /** A token, or several while one replaces another: `Authorization: Bearer …`. */
  readonly bearer?: string | readonly string[] | undefined;
  /** A name and a password: `Authorization: Basic …`. */
  readonly basic?: { readonly username: string; readonly password: string } | undefined;
}

/** Whether an `Authorization` header is right. */
export type Authorize = (header: string | undefined) => Promise<boolean>;

/** The challenge of an answer 401. */
export const challengeOf = ({ basic }: ScrapeAuth): string =>
  basic === undefined ? 'Bearer realm="metrics"' : 'Basic realm="metrics", charset="UTF-8"';

/** Makes an {@link Authorize}. */
export function createAuthorize({ bearer = [], basic }: ScrapeAuth): Authorize {
  const tokens = typeof bearer === 'string' ? [bearer] : bearer;
  const accepted = tokens.map((token) => `bearer ${token}`);
  if (basic !== undefined) accepted.push(`basic ${base64(`${basic.username}:${basic.password}`)}`);
  if (accepted.length === 0 || tokens.includes(''))
    throw new Error('auth: a bearer token or basic credentials are needed');
  const digests = Promise.all(accepted.map(digest));
  return async (header = '') => {
    const [, scheme = '', credentials = ''] = /^(\S+) +(.*)$/s.exec(header) ?? [];
    const given = await digest(`${scheme.toLowerCase()} ${credentials.trim()}`);
    // All of them, so that the time does not tell which was right.
    return (await digests).map((one) => isEqual(one, given)).includes(true);
  };
}

/** Of equal length for every text, so that a comparison tells nothing about lengths either. */
async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  let difference = 0;
  for (let index = 0; index < left.length; index++) difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  return difference === 0;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
