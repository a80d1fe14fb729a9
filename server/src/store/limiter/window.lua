-- The decision of window.rs, in one step on what Redis keeps: when the newest span began and how many calls all spans hold,
-- then each span with the time of its last call and its calls.
local calls, period, width = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local HEAD, SPAN = 12, 12
local state = redis.call('GET', KEYS[1])
local begun, total, first, size, last = 0, 0, HEAD + 1, 0, 0
if state then
  size = #state
  last = struct.unpack('>I8', state, size - SPAN + 1)
  if last - now > period then
    state = nil
  else
    begun, total = struct.unpack('>I8I4', state)
    now = math.max(now, last)
    while first < size do
      local at, held = struct.unpack('>I8I4', state, first)
      if at + period > now then break end
      total = total - held
      first = first + SPAN
    end
  end
end
local is_live = state and first < size
if total >= calls then
  local left, at, held = total, 0, 0
  while left >= calls do
    at, held = struct.unpack('>I8I4', state, first)
    left = left - held
    first = first + SPAN
  end
  return {-1, at + period - now}
end
local oldest, spans = now, ''
if is_live then
  if now - begun < width then
    local _, held = struct.unpack('>I8I4', state, size - SPAN + 1)
    spans = string.sub(state, first, size - SPAN) .. struct.pack('>I8I4', now, held + 1)
  else
    begun = now
    spans = string.sub(state, first) .. struct.pack('>I8I4', now, 1)
  end
  oldest = struct.unpack('>I8', spans)
else
  begun = now
  spans = struct.pack('>I8I4', now, 1)
end
state = struct.pack('>I8I4', begun, total + 1) .. spans
redis.call('SET', KEYS[1], state, 'PX', math.ceil(period / 1000) + 1)
return {calls - total - 1, oldest + period - now}
