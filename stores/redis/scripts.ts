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

/**
 * KEYS: the times of the calls that were allowed, oldest first. ARGV: limit and window. Times are added at one end and
 * leave at the other, each once: the work of a call does not grow with the limit. A clock that was set back would
 * hold the times for long: then they are forgotten.
 */
export const TAKE = `${NOW}
local times, limit, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
if tonumber(redis.call('LINDEX', times, -1) or 0) > now then redis.call('DEL', times) end
while tonumber(redis.call('LINDEX', times, 0) or now) <= now - window do redis.call('LPOP', times) end
local taken = redis.call('LLEN', times)
if taken >= limit then return {0, 0, redis.call('LINDEX', times, taken - limit) + window - now} end
redis.call('RPUSH', times, now)
redis.call('PEXPIRE', times, window)
return {1, limit - taken - 1, 0}
`;
