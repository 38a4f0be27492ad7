/**
 * A command may be carried out long after its sender gave it up (a stopped server reads its sockets when it goes on).
 * So what must not happen late carries the time, by the clock of Redis, after which it does nothing.
 */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** KEYS: what to fill. ARGV: the last moment at which this may be done, then value and TTL of each. */
export const FILL = `${NOW}
if now > tonumber(ARGV[1]) then return 0 end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, ARGV[2 * i], 'NX', 'PX', ARGV[2 * i + 1])
end
return 1
`;

/** KEYS: lease and fence of each. ARGV: when the leases end, the TTL of the fences, then epoch and token of each. */
export const LEASE = `${NOW}
if now >= tonumber(ARGV[1]) then return 0 end
for i = 1, #KEYS / 2 do
  local lease, fence, epoch = KEYS[2 * i - 1], KEYS[2 * i], ARGV[2 * i + 1]
  if tonumber(redis.call('GET', fence) or 0) <= tonumber(epoch) then
    redis.call('SET', fence, epoch, 'PX', ARGV[2])
    redis.call('SET', lease, ARGV[2 * i + 2], 'PXAT', ARGV[1])
  end
end
return 1
`;

/** KEYS: the counter. ARGV: its TTL. One step, so that no counter is left without a TTL. */
export const INCREMENT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
`;
