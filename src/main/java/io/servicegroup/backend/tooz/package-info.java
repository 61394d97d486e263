/** What the backends that speak OpenStack's tooz share of its layout. */
package io.servicegroup.backend.tooz;
