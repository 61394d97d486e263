/**
 * The messages between verticles. {@link io.servicegroup.bus.Topics} lists every address, and
 * {@link io.servicegroup.bus.ServiceGroup} is the client for verticles that want to know which
 * members are up. The package needs only {@code model} and Vert.x, so that it can be used without
 * an agent.
 */
package io.servicegroup.bus;
