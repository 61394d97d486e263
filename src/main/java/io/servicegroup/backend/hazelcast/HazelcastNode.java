package io.servicegroup.backend.hazelcast;

import static com.hazelcast.internal.server.ServerContext.KILO_BYTE;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.networking.Channel;
import com.hazelcast.internal.networking.ChannelInitializer;
import com.hazelcast.internal.networking.ChannelOption;
import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.server.ServerContext;
import com.hazelcast.internal.server.tcp.UnifiedProtocolDecoder;
import com.hazelcast.internal.server.tcp.UnifiedProtocolEncoder;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperties;
import java.util.function.Function;

/**
 * A member of the cluster, with a defect of Hazelcast repaired (its issue 26473, seen in 5.3 to
 * 5.6): while a peer has taken a connection and not answered the greeting, as one that hangs does,
 * the thread that writes spins on that connection and writes to nobody else. So one member that
 * hung kept those that live from speaking to each other, and new ones from joining.
 *
 * <p>Made of Hazelcast's internals, of the version that the build names: no setting does it.
 */
final class HazelcastNode extends DefaultNodeContext {

  private HazelcastNode() {}

  /** Starts one; blocks until it has joined. */
  static HazelcastInstance start(Config config) {
    return HazelcastInstanceFactory.newHazelcastInstance(
        config, config.getInstanceName(), new HazelcastNode());
  }

  @Override
  public NodeExtension createNodeExtension(Node node) {
    return new DefaultNodeExtension(node) {
      @Override
      public Function<EndpointQualifier, ChannelInitializer> createChannelInitializerFn(
          ServerContext context) {
        return every -> channel -> initialize(channel, context);
      }
    };
  }

  /** As Hazelcast does, with an encoder that waits. */
  private static void initialize(Channel channel, ServerContext context) {
    HazelcastProperties properties = context.properties();
    channel
        .options()
        .setOption(
            ChannelOption.DIRECT_BUF, properties.getBoolean(ClusterProperty.SOCKET_BUFFER_DIRECT))
        .setOption(
            ChannelOption.TCP_NODELAY, properties.getBoolean(ClusterProperty.SOCKET_NO_DELAY))
        .setOption(
            ChannelOption.SO_KEEPALIVE, properties.getBoolean(ClusterProperty.SOCKET_KEEP_ALIVE))
        .setOption(
            ChannelOption.SO_SNDBUF,
            properties.getInteger(ClusterProperty.SOCKET_SEND_BUFFER_SIZE) * KILO_BYTE)
        .setOption(
            ChannelOption.SO_RCVBUF,
            properties.getInteger(ClusterProperty.SOCKET_RECEIVE_BUFFER_SIZE) * KILO_BYTE)
        .setOption(
            ChannelOption.SO_LINGER, properties.getSeconds(ClusterProperty.SOCKET_LINGER_SECONDS));
    UnifiedProtocolEncoder encoder = new WaitingEncoder(context);
    channel.outboundPipeline().addLast(encoder);
    channel.inboundPipeline().addLast(new UnifiedProtocolDecoder(context, encoder));
  }

  /** Is woken by the decoder when the greeting arrives, and asks for nothing before. */
  private static final class WaitingEncoder extends UnifiedProtocolEncoder {

    WaitingEncoder(ServerContext context) {
      super(context);
    }

    @Override
    public HandlerStatus onWrite() {
      HandlerStatus status = super.onWrite();
      // Where the greeting is there, this one has just been replaced, and nobody looks at this.
      return status == HandlerStatus.CLEAN ? HandlerStatus.BLOCKED : status;
    }
  }
}
