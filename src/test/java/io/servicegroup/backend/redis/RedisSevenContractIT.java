package io.servicegroup.backend.redis;

import io.servicegroup.testkit.BackendServer;

/** The contract on Redis 7, as a user who has the rights that the documentation gives. */
class RedisSevenContractIT extends RedisLivenessContractIT {

  @Override
  protected BackendServer createServer() {
    return RedisUser.documented().createServer(true);
  }
}
