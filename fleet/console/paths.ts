/** Addresses of what has a name of its own. A dot in an id is written as `%2E`: what has a dot is a file to the server (fleet/server/routes/console-page.ts). */

function inPath(id: string): string {
  return encodeURIComponent(id).replaceAll('.', '%2E');
}

export function terminalPath(terminalId: string, part?: 'journal' | 'transactions' | 'identity'): string {
  return `/terminals/${inPath(terminalId)}${part === undefined ? '' : `/${part}`}`;
}

export function storyPath(terminalId: string, transactionId: string): string {
  return `${terminalPath(terminalId, 'transactions')}/${inPath(transactionId)}`;
}

export function ticketPath(ticketId: string): string {
  return `/tickets/${inPath(ticketId)}`;
}

export function chatPath(chatId: string): string {
  return `/chats/${inPath(chatId)}`;
}
