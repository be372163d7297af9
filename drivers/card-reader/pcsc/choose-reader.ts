/** Which of the service's readers the address means. Pure. */
import { PcscError } from './service.ts';

/**
 * @param wanted a reader's whole name, or a part of it that fits one alone, in any case; empty: the only reader there is
 * @throws {PcscError} `noReader`, naming the readers there are
 */
export function chooseReader(names: readonly string[], wanted: string): string {
  const [first] = names;
  if (first === undefined) {
    throw new PcscError(
      'noReader',
      'the PC/SC service runs, but sees no reader; check the USB cable and the reader’s driver (libccid; pcsc_scan lists what is there)',
    );
  }
  const found = names.filter((name) => name === wanted);
  const like = names.filter((name) => name.toLowerCase().includes(wanted.toLowerCase()));
  const [only] = found.length === 1 ? found : like;
  const listed = names.map((name) => JSON.stringify(name)).join(', ');
  if (only === undefined) throw new PcscError('noReader', `no PC/SC reader is called ${JSON.stringify(wanted)}; there is ${listed}`);
  if (found.length !== 1 && like.length > 1) {
    const which = like.map((name) => JSON.stringify(name)).join(', ');
    throw new PcscError(
      'noReader',
      `${wanted === '' ? 'there are several PC/SC readers' : `${JSON.stringify(wanted)} fits several PC/SC readers`}: ${which}; name one`,
    );
  }
  return only;
}
