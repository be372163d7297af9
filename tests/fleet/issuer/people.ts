/** A holder with one card, and a person who identifies himself at a terminal. Cards: card-application.md 6.2. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { identifyAnswerSchema, messagesSchema, type IdentifyAnswer } from '../../../common/upstream-api/holders.ts';
import { exchange, registeredTerminal, startWorld, V1, type HandMadeTerminal, type Signed, type World, type WorldOptions } from '../support.ts';

export const SERIAL = V1.card.serial;
export const OTHER_SERIAL = '00004100000012345679';
export const DOCUMENT = createHash('sha256').update('residentId:110101199003070011').digest('hex');
export const PHONE = '13800138000';
export const PASSWORD = '246810';
export const HOLDER = { holderId: 'H1', documentHash: DOCUMENT, phone: PHONE, cards: [{ serial: SERIAL, password: PASSWORD }] };

export interface Place {
  readonly world: World;
  readonly terminal: HandMadeTerminal;
  readonly other: HandMadeTerminal;
}

export async function placeWithHolder(options: WorldOptions = {}, holder: object = HOLDER): Promise<Place> {
  const world = await startWorld(options);
  const terminal = await registeredTerminal(world, 'T-0001');
  const other = await registeredTerminal(world, 'T-0002');
  const { status } = await world.hand('/sandbox/issuer/holders', holder);
  if (status !== 200) throw new Error(`the holder was refused: ${status}`);
  return { world, terminal, other };
}

export const identify = async (terminal: HandMadeTerminal, identificationId: string, how: object): Promise<IdentifyAnswer> =>
  identifyAnswerSchema.parse((await terminal.post('/v1/issuer/identifications', { identificationId, ...how })).body);

export const byDocument = { by: 'document', documentHash: DOCUMENT };

export const messages = async (world: World) => messagesSchema.parse((await exchange(`${world.url}/sandbox/issuer/messages`, 'GET')).body).messages;

export const askForCode = (terminal: HandMadeTerminal, codeRequestId = 'C1', phone = PHONE): Promise<Signed> =>
  terminal.post('/v1/issuer/phone-codes', { codeRequestId, phone });

/** Identified by document under this id. */
export async function identified(terminal: HandMadeTerminal, identificationId = 'I1'): Promise<string> {
  const { result } = await identify(terminal, identificationId, byDocument);
  if (result !== 'identified') throw new Error('not identified');
  return identificationId;
}

/** The next answer to a path that starts so is lost, after the books changed; then the same request is sent again. */
export async function answerLost(world: World, path: string, send: () => Promise<Signed>): Promise<Signed> {
  await world.hand('/sandbox/faults', { loseNextAnswer: path });
  const lost = await send().then(
    () => false,
    () => true,
  );
  if (!lost) throw new Error('the answer was not lost');
  return send();
}

export function statementText(world: World, book: 'issuer'): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(`${world.url}/sandbox/statements/${book}`, { agent: false }, (answer) => void text(answer).then(resolve, reject));
    asked.on('error', reject);
    asked.end();
  });
}
