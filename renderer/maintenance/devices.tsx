/** 测试设备: the devices in a list, and what the chosen one says of itself. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Back, Panel, Rows, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { useStaffWords } from './words.ts';

type Body = ViewBodyOf<'maintenance-devices'>;

export function DevicesRoom({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const { staff, parts, chosen, detail, mayTest, hasTests, mayMonitor } = body;
  return (
    <StaffFrame title={say('title.devices')} staff={staff} className="staff--devices">
      <div className="room room--list">
        <div className="staff-list">
          {parts.map(({ part, tone, word }) => (
            <Button key={part} testId={`device-${part}`} act={{ type: 'part', part }} className="staff-button staff-device" chosen={chosen === part}>
              <b>{say(`part.${part}`)}</b>
              <span className={`staff-verdict staff-verdict--${tone}`}>
                <Icon name={tone === 'good' ? 'tick' : 'warn'} size="xs" />
                {say(`word.${word}`)}
              </span>
            </Button>
          ))}
        </div>
        {detail === undefined ? <p className="room-hint">{say('devices.choose')}</p> : <Detail detail={detail} />}
      </div>
      <StaffBar>
        <Back />
        {chosen !== undefined && (
          <StaffButton testId="retry" act={{ type: 'work', work: 'retry' }} icon="swap" {...(mayTest ? {} : { off: say('notAllowed') })}>
            {say('devices.retry')}
          </StaffButton>
        )}
        {mayMonitor && (
          <StaffButton testId="monitor" act={{ type: 'work', work: 'monitor' }} icon="list">
            {say('devices.monitor')}
          </StaffButton>
        )}
        {hasTests && (
          <StaffButton testId="guided-test" act={{ type: 'work', work: 'test' }} icon="pulse" primary {...(mayTest ? {} : { off: say('notAllowed') })}>
            {say('devices.test')}
          </StaffButton>
        )}
      </StaffBar>
    </StaffFrame>
  );
}

function Detail({ detail }: { readonly detail: NonNullable<Body['detail']> }) {
  const say = useStaffWords();
  const { part, model, maker, firmware, serialNumber, since, impairments, trouble, storage, losses } = detail;
  return (
    <div className="staff-panels" data-testid="device-detail">
      <Panel title={say(`part.${part}`)}>
        <Rows
          rows={[
            [say('devices.model'), [maker, model].filter((text) => text !== undefined).join(' ') || '–'],
            [say('devices.firmware'), firmware ?? '–'],
            [say('devices.serial'), serialNumber ?? '–'],
            [say('devices.since'), since.slice(5).replace('T', ' ')],
            [say('devices.losses'), losses.lastAt === undefined ? String(losses.count) : `${losses.count} · ${losses.lastAt.slice(5, 16).replace('T', ' ')}`],
          ]}
        />
      </Panel>
      {storage.length > 0 && (
        <Panel title={say('devices.storage')}>
          <Rows rows={storage.map(({ id, level, count }) => [<code key={id}>{id}</code>, count === undefined ? level : `${level} · ${count}`])} />
        </Panel>
      )}
      {(impairments.length > 0 || trouble !== undefined) && (
        <Panel title={say('devices.trouble')}>
          {impairments.length > 0 && <p className="tn">{impairments.join(' · ')}</p>}
          {trouble !== undefined && (
            <p className="staff-trouble">
              <b>{trouble.code}</b> {trouble.message}
            </p>
          )}
        </Panel>
      )}
    </div>
  );
}
