/** A printed slip: drawn into the page, since its letters need the page's fonts, and large on a click. */
import { useEffect, useRef, useState } from 'react';
import type { CabinetState } from '../../drivers/bench/protocol.ts';
import { useBench } from './bench-context.ts';
import { say } from './words.ts';

export type SlipState = CabinetState['slips'][number];

/** The slip's picture; asked for anew when more was printed on it. */
export function SlipPicture({ slip }: { readonly slip: SlipState }) {
  const { slipUrl } = useBench();
  const place = useRef<HTMLSpanElement>(null);
  const url = slipUrl(slip);
  useEffect(() => {
    // The page's policy lets no string become a document; a request may still answer one.
    const request = new XMLHttpRequest();
    request.addEventListener('load', () => {
      const picture = request.responseXML?.documentElement;
      if (picture !== undefined) place.current?.replaceChildren(document.importNode(picture, true));
    });
    request.open('GET', url);
    request.responseType = 'document';
    request.send();
    return () => request.abort();
  }, [url]);
  return <span ref={place} className="slip-picture" role="img" aria-label={slip.text.join('\n')} />;
}

/** One slip large, and the way to its neighbors. */
export function SlipDialog({ from, onClose }: { readonly from: number; readonly onClose: () => void }) {
  const { state } = useBench();
  const dialog = useRef<HTMLDialogElement>(null);
  const [number, setNumber] = useState(from);
  useEffect(() => dialog.current?.showModal(), []);
  const at = state.slips.findIndex((slip) => slip.number === number);
  const slip = state.slips[at];
  const neighbor = (step: -1 | 1, word: 'previous' | 'next') => {
    const other = state.slips[at + step];
    return (
      <button type="button" className="bench-button" disabled={other === undefined} onClick={() => other !== undefined && setNumber(other.number)}>
        {say(`slip.${word}`)}
      </button>
    );
  };
  return (
    <dialog ref={dialog} className="slip-dialog" data-theme="light" data-size="standard" data-testid="slip-dialog" onClose={onClose}>
      <header>
        <h2>{say('slip.title', { number: at + 1, count: state.slips.length })}</h2>
        {slip !== undefined && <small>{say(slip.taken ? 'slip.taken' : 'slip.hanging')}</small>}
        {neighbor(-1, 'previous')}
        {neighbor(1, 'next')}
        <button type="button" className="bench-button" data-testid="slip-close" onClick={() => dialog.current?.close()}>
          {say('slip.close')}
        </button>
      </header>
      <div className="slip-large">{slip !== undefined && <SlipPicture slip={slip} />}</div>
    </dialog>
  );
}
