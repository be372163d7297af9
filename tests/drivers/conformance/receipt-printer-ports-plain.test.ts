/** Receipt printers without a presenter behind real ports: one of each way to prove that a slip is printed. */
import { printersBehindPorts } from './receipt-printer-ports.ts';

printersBehindPorts(['escpos-generic-80', 'epson-tm']);
