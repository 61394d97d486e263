package io.servicegroup.backend.redis;

import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.RedisServer;

/** The contract on Redis 7. */
class RedisSevenContractIT extends RedisLivenessContractIT {

  @Override
  protected BackendServer createServer() {
    return RedisServer.createDebian();
  }
}
