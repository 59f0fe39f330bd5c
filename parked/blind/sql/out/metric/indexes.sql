-- one page
CREATE INDEX one_page ON planes (seats) WHERE seats > 1000;
