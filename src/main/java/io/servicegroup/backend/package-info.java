/**
 * What keeps members and beats: a folder a technology, each with one public class, its {@link
 * io.servicegroup.backend.Technology}.
 */
package io.servicegroup.backend;
