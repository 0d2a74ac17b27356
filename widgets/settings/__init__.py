"""Settings of this desk: looks, the desk's habits, devices, bringing in data. Changes save as they are made."""
