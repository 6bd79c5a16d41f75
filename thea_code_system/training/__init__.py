"""How the edit model comes to be: mining, corruption, training and evaluation."""
