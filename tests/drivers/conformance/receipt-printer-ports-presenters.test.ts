/** Receipt printers with a presenter behind real ports: one that takes a slip back by itself, and one of the Custom family. */
import { printersBehindPorts } from './receipt-printer-ports.ts';

printersBehindPorts(['citizen-pmu2300', 'custom-vkp80']);
