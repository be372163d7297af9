/** An identity document as a thing: a face, a name, lines. Of nobody. */

export function DocumentPicture({ name, ghost = false }: { readonly name: string; readonly ghost?: boolean }) {
  return (
    <span className={`document ${ghost ? 'document--ghost' : ''}`}>
      <b>{name}</b>
      <svg viewBox="0 0 48 30" aria-hidden="true">
        <path d="M2 8h16M2 15h20M2 22h13" />
        <circle cx="37" cy="9" r="6" />
        <path d="M26 28c0-8 4-11 11-11s11 3 11 11" />
      </svg>
    </span>
  );
}
