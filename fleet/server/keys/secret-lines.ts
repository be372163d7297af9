/** Lines that a person types and nobody is to see: asked for at a terminal without showing them, or read from a pipe. */
import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';

export interface SecretLines {
  /** @returns undefined when there are no more */
  next(question: string): Promise<string | undefined>;
  /** Listens no more. */
  close(): void;
}

/** @param shown where the question goes when a person is there to read it */
export function secretLines(input: NodeJS.ReadStream, shown: NodeJS.WritableStream): SecretLines {
  const person = input.isTTY;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  let reader: Interface | undefined;
  let lines: AsyncIterator<string> | undefined;
  return {
    next: async (question) => {
      reader ??= createInterface({ input, output: nowhere, terminal: person });
      lines ??= reader[Symbol.asyncIterator]();
      if (person) shown.write(question);
      const { value, done } = await lines.next();
      if (person) shown.write('\n');
      return done === true ? undefined : value;
    },
    close: () => reader?.close(),
  };
}
