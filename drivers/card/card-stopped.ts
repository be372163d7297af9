/** "The card left", "its chip fell silent" and "it talks nonsense" as one exception, which the card applications' public functions answer as an outcome. */
import { DeviceError, type DeviceErrorCode } from '../device.ts';

/** `senseless`: it answered, but not as such a card does. */
export type Stop = 'removed' | 'silent' | 'senseless';

/** The chip can't be asked any further. */
export class CardStopped extends Error {
  readonly how: Stop;
  constructor(how: Stop, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CardStopped';
    this.how = how;
  }
}

/** Asks the chip. @throws {CardStopped} when the card is the reason of a failure; {DeviceError} when the reader itself is in trouble */
export async function askCard<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const how = error instanceof DeviceError ? stoppedBy(error.code) : undefined;
    if (how === undefined) throw error;
    throw new CardStopped(how, `${what}: the card gave no answer`, error);
  }
}

/** Which of the reader's errors speak of the card; the rest are the reader's own. */
function stoppedBy(code: DeviceErrorCode): 'removed' | 'silent' | undefined {
  switch (code) {
    case 'mediaNotPresent':
    case 'mediaMoved':
      return 'removed';
    case 'outcomeUnknown':
    case 'timeout':
    case 'protocol':
    case 'invalidState':
    case 'mediaInvalid':
      return 'silent';
    case 'offline':
    case 'notSupported':
    case 'mediaJammed':
    case 'storageEmpty':
    case 'storageFull':
    case 'hardwareError':
    case 'aborted':
      return undefined;
  }
}
