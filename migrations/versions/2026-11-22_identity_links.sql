-- Accounts that share a card, a device or a bank account are looked at as one. Only keyed hashes are kept.

CREATE TABLE identity_links (
    kind VARCHAR(40) NOT NULL,
    signal_hash BYTEA NOT NULL,
    user_id UUID NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT identity_links_pkey PRIMARY KEY (kind, signal_hash, user_id),
    CONSTRAINT identity_links_keep_hashes_only CHECK (octet_length(signal_hash) = 32),
    CONSTRAINT identity_links_are_seen_first_and_then_last CHECK (first_seen_at <= last_seen_at),
    CONSTRAINT identity_links_kind_known CHECK (kind IN ('card', 'device', 'payout_account')),
    CONSTRAINT identity_links_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX identity_links_by_user_id ON identity_links (user_id);

COMMENT ON TABLE identity_links IS 'One row means: this account showed this thing, kept as a keyed hash, then and since.';

CREATE TABLE identity_clusters (
    user_id UUID NOT NULL,
    cluster_id UUID NOT NULL,
    CONSTRAINT identity_clusters_pkey PRIMARY KEY (user_id),
    CONSTRAINT identity_clusters_are_named_by_their_smallest CHECK (cluster_id <= user_id),
    CONSTRAINT identity_clusters_user_id_fkey FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT identity_clusters_cluster_id_fkey FOREIGN KEY(cluster_id) REFERENCES users (id)
);

CREATE INDEX identity_clusters_by_cluster_id ON identity_clusters (cluster_id);

COMMENT ON TABLE identity_clusters IS 'One row means: this account is looked at as one with all of the same cluster_id.';
