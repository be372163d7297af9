/** Every model of motorised reader through the class's sentences, its unit in this process. */
import { describeCardReader, describeWrongNeighbor } from './card-reader.ts';
import { MOTOR_READERS, motorReader, wrongNeighbors, wrongPorts, type MotorModel } from './motor-reader-subjects.ts';

for (const model of Object.keys(MOTOR_READERS) as MotorModel[]) describeCardReader(motorReader(model, 'in this process'));

for (const neighbor of [
  ...wrongNeighbors('crt591-m001', 'crt310', 'in this process'),
  ...wrongNeighbors('crt310', 'crt591-m001', 'in this process'),
  ...wrongPorts('crt591-m001'),
]) {
  describeWrongNeighbor(neighbor);
}
