"""Sign-in through an OpenID Connect issuer: the code flow, id tokens, and issuers."""
