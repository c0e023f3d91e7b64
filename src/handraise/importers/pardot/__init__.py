"""Account Engagement (Pardot): prospects and what they did, by API names or labels."""
