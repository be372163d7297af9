/** The CRT-591 through the class's sentences behind a real port, its unit in another process. Its relatives differ in bytes only. */
import { describeCardReader, describeWrongNeighbor } from './card-reader.ts';
import { motorReader, wrongNeighbors } from './motor-reader-subjects.ts';

describeCardReader(motorReader('crt591-m001', 'behind a pseudo-terminal'));
for (const neighbor of wrongNeighbors('crt591-m001', 'crt310', 'behind a pseudo-terminal')) describeWrongNeighbor(neighbor);
