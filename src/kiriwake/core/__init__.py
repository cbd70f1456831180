"""The words that every room shares; imports nothing of ours, touches nothing outside."""
