/** The plate on which identity documents are laid. */
import { useBench } from './bench-context.ts';
import { DocumentPicture } from './document-picture.tsx';
import { say } from './words.ts';

export function IdPlate() {
  const { state, hand } = useBench();
  const there = state.documents.find(({ where }) => where === 'reader');
  return (
    <div className="id-plate">
      <div className="id-plate-top" data-testid="id-plate" data-document={there?.id}>
        {there === undefined ? <span className="id-plate-place" /> : <DocumentPicture name={there.name} />}
      </div>
      <p className="slot-name">{there === undefined ? say('cabinet.idPlate') : say('cabinet.idThere', { name: there.name })}</p>
      <button
        type="button"
        className="bench-button"
        data-testid="hand-lift-document"
        data-ready={there === undefined ? undefined : ''}
        onClick={() => hand({ act: 'liftDocument' })}
      >
        {say('cabinet.lift')}
      </button>
    </div>
  );
}
