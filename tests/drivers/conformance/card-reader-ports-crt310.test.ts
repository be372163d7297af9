/** The CRT-310 through the class's sentences behind a real port, its unit in another process. */
import { describeCardReader, describeWrongNeighbor } from './card-reader.ts';
import { motorReader, wrongNeighbors } from './motor-reader-subjects.ts';

describeCardReader(motorReader('crt310', 'behind a pseudo-terminal'));
for (const neighbor of wrongNeighbors('crt310', 'crt591-m001', 'behind a pseudo-terminal')) describeWrongNeighbor(neighbor);
