/** Durable state: the embedded ZooKeeper server, the session to it, and the store of the runs. */
package org.bloomery.controlplane.zookeeper;
