/**
 * Finds the unit on a line that was just opened, at whatever speed it speaks, and says in one sentence why nobody was found. Used by the
 * watch.
 */
import type { Clock } from '../../../common/clock.ts';
import { DeviceError } from '../../device.ts';
import { parseAddress } from '../../transport/address.ts';
import type { Transport } from '../../transport/transport.ts';
import type { Conversation } from './conversation.ts';
import { Refusal } from './errors.ts';
import { LinkError, type MotorProtocol } from './protocol.ts';

export interface FoundUnit {
  /** What INIT answered. */
  readonly greeting: Uint8Array;
  /** `undefined` where the line has no speed. */
  readonly speed: number | undefined;
}

export interface BringUp {
  readonly talk: Conversation;
  readonly protocol: MotorProtocol;
  readonly transport: Transport;
  readonly clock: Clock;
  /** The speed at which the unit was found before. */
  readonly known: number | undefined;
}

/**
 * Speed by speed: empty the line, stop what an earlier process began, INIT with the card left where it is. Goes round again for as long
 * as the unit may still be deaf. @throws {DeviceError} with what was tried, what came back and what to check
 */
export async function findUnit(bringUp: BringUp, signal: AbortSignal): Promise<FoundUnit> {
  const { protocol, transport, clock, known } = bringUp;
  const speeds = transport.setBaudRate ? speedsToTry(transport.address, known, protocol.speeds) : [undefined];
  const until = clock.monotonic() + protocol.deafFor;
  protocol.line.forgetHeard();
  let failure: unknown;
  do {
    for (const speed of speeds) {
      const found = await tryAt(speed, bringUp, signal);
      if ('greeting' in found) return found;
      failure = found.failure;
    }
  } while (clock.monotonic() < until);
  throw nobodyThere(protocol, transport.address, speeds, failure);
}

async function tryAt(
  speed: number | undefined,
  { talk, protocol, transport }: BringUp,
  signal: AbortSignal,
): Promise<FoundUnit | { readonly failure: unknown }> {
  if (speed !== undefined) await transport.setBaudRate?.(speed);
  await emptyLine(protocol, transport.address, signal);
  try {
    return { greeting: await talk.askInit(signal), speed };
  } catch (error) {
    if (error instanceof Refusal) throw refused(protocol, transport.address, error);
    if (error instanceof DeviceError && error.code === 'timeout' && !signal.aborted) throw mute(protocol, transport.address, error);
    // Wrong speed: silence, or noise. Everything else is an answer.
    if (!(error instanceof DeviceError) || (error.code !== 'offline' && error.code !== 'protocol') || signal.aborted) throw error;
    if (!transport.isOpen) throw new DeviceError('offline', `connect: ${transport.address} was lost again while its unit was asked`, { cause: error });
    return { failure: error };
  }
}

async function emptyLine(protocol: MotorProtocol, address: string, signal: AbortSignal): Promise<void> {
  try {
    await protocol.line.silence(signal);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    throw new DeviceError('protocol', `connect: ${address} never falls silent; another device talks on this line, check the address`, { cause: error });
  }
  await protocol.clear();
}

function refused(protocol: MotorProtocol, address: string, refusal: Refusal): DeviceError {
  const code = refusal.deviceCode ?? '';
  return new DeviceError(
    refusal.code,
    `connect: the unit on ${address} answers the initialization with ${code} (${refusal.meaning}); check that it is a ${protocol.name} and that the model and its options fit`,
    { deviceCode: code, frames: refusal.frames, cause: refusal },
  );
}

function mute(protocol: MotorProtocol, address: string, cause: DeviceError): DeviceError {
  if (protocol.line.heard.otherAddress !== undefined) return nobodyThere(protocol, address, [undefined], cause);
  return new DeviceError(
    'timeout',
    `connect: the unit on ${address} acknowledges the initialization and never answers it; switch it off and on, and check that it is a ${protocol.name}`,
    { frames: cause.frames, cause },
  );
}

function nobodyThere(protocol: MotorProtocol, address: string, speeds: readonly (number | undefined)[], cause: unknown): DeviceError {
  const tried = speeds[0] === undefined ? '' : ` (tried ${speeds.join(', ')} baud)`;
  const { bytes, otherAddress } = protocol.line.heard;
  const frames = protocol.line.lastExchange;
  if (otherAddress !== undefined) {
    return new DeviceError(
      'protocol',
      `connect: the ${protocol.name} on ${address} has the unit address ${otherAddress}; set the option address, or its DIP switches`,
      {
        frames,
        cause,
      },
    );
  }
  if (bytes > 0) {
    return new DeviceError(
      'protocol',
      `connect: ${bytes} bytes came on ${address}${tried}, but no answer of a ${protocol.name}; another device is there or the speed is another one, check model, address and baud rate`,
      { frames, cause },
    );
  }
  return new DeviceError(
    'offline',
    `connect: no ${protocol.name} answers on ${address}${tried}; check that it has power, that its data cable is in this port, and that the model fits`,
    { frames, cause },
  );
}

function speedsToTry(address: string, known: number | undefined, speeds: readonly number[]): (number | undefined)[] {
  const parsed = parseAddress(address);
  const configured = known ?? (parsed.scheme === 'serial' ? parsed.settings.baudRate : undefined);
  return [configured, ...speeds.filter((speed) => speed !== configured)];
}
