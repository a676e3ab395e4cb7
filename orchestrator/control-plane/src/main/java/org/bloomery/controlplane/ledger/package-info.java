/** The ledger's lines as they lie in nodes and files, for every store that keeps them. */
package org.bloomery.controlplane.ledger;
