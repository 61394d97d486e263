package io.servicegroup.backend.redis;

import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;

/**
 * The script that records the end of a member, which failed or left: it writes the end under the
 * member's own key and removes the member from tooz's group. It does each only where no newer
 * incarnation is stored there, so it has to read and write in one atomic step.
 */
final class RedisEndScript {

  private static final String SCRIPT =
      """
      local function generation(incarnation)
        local number = tonumber(string.match(incarnation, '^(%d+)%-')) or 0
        return number <= $GREATEST and number or 0
      end
      local ours = generation(ARGV[1])
      local stored = redis.call('GET', KEYS[1])
      if not stored or generation(stored) <= ours then
        redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
      end
      local entry = redis.pcall('HGET', KEYS[2], ARGV[4])
      if type(entry) == 'string' then
        local known, capabilities = pcall(cmsgpack.unpack, entry)
        if known and type(capabilities) == 'table'
            and type(capabilities.incarnation) == 'string'
            and generation(capabilities.incarnation) <= ours then
          redis.call('HDEL', KEYS[2], ARGV[4])
        end
      end
      return stored
      """
          .replace("$GREATEST", Long.toString(Incarnation.GREATEST));

  private RedisEndScript() {}

  /** Makes the command; its answer is the previous value of the member's own key. */
  static Request of(RedisKeys keys, MemberId id, StoredBeat end, long expiryMillis) {
    return Request.cmd(Command.EVAL)
        .arg(SCRIPT)
        .arg(2)
        .arg(keys.own(id))
        .arg(keys.group(id.group()))
        .arg(end.incarnation().toString())
        .arg(end.text())
        .arg(expiryMillis)
        .arg(id.host());
  }
}
