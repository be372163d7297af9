/** What the operator did or gave can't be published; the message says what to do. Exit status 1. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
}
