/** The flows' scanner over a code scanner: what it reads goes to whoever listens, and nowhere else. */
import type { CodeScanner } from '../../../drivers/code-scanner/code-scanner.ts';
import type { ScannerPort } from '../../../state-machines/ports.ts';

/** @param scanner `undefined`: none is fitted, and so none is ever there */
export function scannerPort(scanner: Pick<CodeScanner, 'lastStatus' | 'setListening' | 'onEvent'> | undefined): ScannerPort {
  return {
    listen: (listener) => {
      if (scanner === undefined || scanner.lastStatus.device !== 'online') {
        listener({ type: 'SCANNER.AWAY' });
        return () => {};
      }
      const end = scanner.onEvent((event) => {
        if (event.type === 'scanned') listener({ type: 'CODE.SCANNED', text: event.scan.text });
        else if (event.type === 'unreadable') listener({ type: 'CODE.UNREADABLE' });
        else if (event.status.device !== 'online') listener({ type: 'SCANNER.AWAY' });
      });
      scanner.setListening(true);
      return () => {
        scanner.setListening(false);
        end();
      };
    },
  };
}
