"""An evening of a group on SimCord, in the terminal; needs the ``demo`` extra."""
