import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether certificates can be made here. */
export const HAS_OPENSSL: boolean = spawnSync('openssl', ['version']).status === 0;
export const NO_OPENSSL = 'openssl is missing, which makes the certificates: apt-get install openssl';

/** A certificate and its key, as files. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** A private authority, in a folder of its own. */
export class Authority {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'llm-otel-tls-'));
  readonly certificate: string = join(this.folder, 'ca.pem');
  readonly #key = join(this.folder, 'ca.key');

  constructor(name: string) {
    this.#openssl([
      'req',
      '-x509',
      ...this.#newKey(this.#key),
      '-subj',
      `/CN=${name}`,
      '-days',
      '1',
      '-out',
      this.certificate,
    ]);
  }

  /** Signs for this alternative name, such as `IP:127.0.0.1`; `days` may be over already. */
  issue(name: string, alternative: string, days = 1): Identity {
    const [key, request, certificate, extensions] = ['key', 'csr', 'pem', 'ext'].map((kind) =>
      join(this.folder, `${name}.${kind}`),
    ) as [string, string, string, string];
    writeFileSync(extensions, `subjectAltName=${alternative}\n`);
    this.#openssl(['req', ...this.#newKey(key), '-subj', `/CN=${name}`, '-out', request]);
    const signed = ['-CA', this.certificate, '-CAkey', this.#key, '-CAcreateserial', '-extfile', extensions];
    this.#openssl(['x509', '-req', '-in', request, ...signed, '-days', String(days), '-out', certificate]);
    return { certificate, key };
  }

  /** A file in the folder. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #newKey(path: string): string[] {
    return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path];
  }

  #openssl(command: readonly string[]): void {
    execFileSync('openssl', command, { stdio: 'pipe' });
  }
}

export const read = ({ certificate, key }: Identity): { cert: Buffer; key: Buffer } => ({
  cert: readFileSync(certificate),
  key: readFileSync(key),
});
