DROP TABLE identity_clusters, identity_links;
