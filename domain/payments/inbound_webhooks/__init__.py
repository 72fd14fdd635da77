"""The provider's webhooks: verified, stored once, and followed by a refresh of the payment."""
