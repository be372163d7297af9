/** How a one-time code reaches a telephone. A short-message gateway stands behind it; the one here keeps what it was given, for a sandbox. */

export interface Message {
  readonly phone: string;
  readonly code: string;
  /** ms since 1970 */
  readonly at: number;
}

export interface Messenger {
  /** Resolves when the gateway has it. */
  send(message: Message): Promise<void>;
}

export interface SandboxMessenger extends Messenger {
  /** The oldest first. */
  readonly messages: readonly Message[];
}

const KEPT = 100;

export function createSandboxMessenger(): SandboxMessenger {
  let messages: readonly Message[] = [];
  return {
    get messages() {
      return messages;
    },
    send: async (message) => {
      messages = [...messages, message].slice(-KEPT);
    },
  };
}
