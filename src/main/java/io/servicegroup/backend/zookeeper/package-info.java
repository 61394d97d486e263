/** ZooKeeper in the layout of OpenStack's tooz: an agent's session is the beat of its members. */
package io.servicegroup.backend.zookeeper;
