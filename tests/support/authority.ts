/**
 * A certificate authority of the test's own, made by openssl: certificates for any hosts and any time, as a real one issues them. Files live
 * until the test is over.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { needProgram } from '../launcher/needs.ts';

/** PEM files, as a server is given them. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** `DNS:…` and `IP:…`. Default: this machine. */
  readonly hosts?: readonly string[];
  /** `YYYYMMDDHHMMSSZ`. Default: in force for years. */
  readonly from?: string;
  readonly to?: string;
}

export interface Authority {
  /** PEM of its own certificate. */
  readonly file: string;
  issue(options?: CertificateOptions): Certificate;
  /** Another authority that this one vouches for; its certificates come with its own. */
  intermediate(name: string): Authority;
}

const program = await needProgram(['openssl'], 'openssl');
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const LONG = { from: '20200101000000Z', to: '20991231235959Z' };
const SETTINGS =
  '[ca]\ndefault_ca=own\n[own]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\nunique_subject=no\npolicy=any\n[any]\ncommonName=supplied\n';

export function makeAuthority(name: string): Authority {
  const folder = newFolder();
  openssl(folder, ['req', '-x509', ...EC, '-keyout', 'own.key', '-out', 'own.pem', '-subj', `/CN=${name}`, '-days', '3650']);
  return authorityIn(folder, join(folder, 'own.pem'), undefined);
}

/** @param chain what it shows beside the certificates that it issues */
function authorityIn(folder: string, file: string, chain: string | undefined): Authority {
  writeFileSync(join(folder, 'settings'), SETTINGS);
  writeFileSync(join(folder, 'index'), '');
  let count = 0;
  const sign = (request: string, extension: string, { from, to }: { from: string; to: string }): string => {
    count += 1;
    writeFileSync(join(folder, `${count}.ext`), extension);
    const times = ['-startdate', from, '-enddate', to];
    const own = ['-cert', 'own.pem', '-keyfile', 'own.key'];
    openssl(folder, [
      'ca',
      '-config',
      'settings',
      '-batch',
      '-notext',
      '-rand_serial',
      '-in',
      request,
      ...own,
      ...times,
      '-extfile',
      `${count}.ext`,
      '-out',
      `${count}.pem`,
    ]);
    if (chain !== undefined) appendFileSync(join(folder, `${count}.pem`), readFileSync(chain));
    return join(folder, `${count}.pem`);
  };
  return {
    file,
    issue: ({ hosts = ['DNS:localhost', 'IP:127.0.0.1'], from = LONG.from, to = LONG.to } = {}) => {
      const key = `server-${count}`;
      openssl(folder, ['req', ...EC, '-keyout', `${key}.key`, '-out', `${key}.csr`, '-subj', '/CN=upstream']);
      const certificate = sign(`${key}.csr`, `subjectAltName=${hosts.join(',')}\nextendedKeyUsage=serverAuth\n`, { from, to });
      return { certificate, key: join(folder, `${key}.key`) };
    },
    intermediate: (name) => {
      const below = newFolder();
      openssl(below, ['req', ...EC, '-keyout', 'own.key', '-out', 'own.csr', '-subj', `/CN=${name}`]);
      const made = sign(join(below, 'own.csr'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n', LONG);
      copyFileSync(made, join(below, 'own.pem'));
      return authorityIn(below, join(below, 'own.pem'), join(below, 'own.pem'));
    },
  };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function openssl(cwd: string, args: readonly string[]): void {
  execFileSync(program, [...args], { cwd, stdio: 'pipe' });
}
