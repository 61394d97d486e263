package io.servicegroup.heartbeat.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A want of the agent's own is no verdict on a service, and its listener keeps a reserve. */
class AgentLackTest {

  private long open;
  private long now;
  private int counts;

  @Test
  void whatTheAgentLacksIsNoVerdict() {
    for (Throwable want :
        List.of(
            new ChannelException("Failed to open a socket."),
            new IllegalStateException(new ChannelException("Failed to open a socket.")),
            new OutOfMemoryError("unable to create native thread"),
            new RejectedExecutionException("full"),
            new SocketException("Cannot assign requested address")
                .initCause(new BindException("Cannot assign requested address")))) {
      assertThat(AgentLack.explain(want)).as(want.toString()).isInstanceOf(NoVerdict.class);
    }
  }

  @Test
  void whatTheServiceLacksIsAFailure() {
    for (Throwable failure :
        List.of(
            new ConnectException("Connection refused"),
            new NoRouteToHostException("No route to host"),
            new UnknownHostException("there is no such name"),
            new ProbeFailure("answered 503"))) {
      assertThat(AgentLack.explain(failure)).isSameAs(failure);
    }
  }

  private DescriptorReserve reserve(long most) {
    return new DescriptorReserve(
        most,
        () -> {
          counts++;
          return open;
        },
        () -> now);
  }

  @Test
  void theLastDescriptorsAreKept() {
    DescriptorReserve reserve = reserve(1024);
    open = 890;
    for (int i = 0; i < 6; i++) {
      assertThatCode(reserve::take).doesNotThrowAnyException();
    }
    open = 896;
    assertThatThrownBy(reserve::take)
        .isInstanceOf(NoVerdict.class)
        .hasMessageContaining("1024 file descriptors")
        .hasMessageContaining("ulimit");
    now += TimeUnit.SECONDS.toNanos(2);
    open = 100;
    assertThatCode(reserve::take).doesNotThrowAnyException();
  }

  @Test
  void theyAreNotCountedForEachProbe() {
    DescriptorReserve reserve = reserve(100_000);
    for (int i = 0; i < 1_000; i++) {
      reserve.take();
    }
    assertThat(counts).isEqualTo(1);
  }
}
