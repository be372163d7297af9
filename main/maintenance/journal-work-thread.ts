/** The thread that journal-work.ts starts: carries one order out, says what was found, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { inThisThread, workOrderSchema } from './journal-work.ts';

parentPort?.postMessage(inThisThread(workOrderSchema.parse(workerData)));
