"""Published checkpoints -> spaces: downloaded, checked key by key, split into one safetensors file a tower."""
