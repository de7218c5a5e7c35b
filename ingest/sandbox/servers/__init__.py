"""One server per vendor, speaking its wire format over the same company; `app` puts them side by side."""
